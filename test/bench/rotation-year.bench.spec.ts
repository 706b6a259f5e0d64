import { rotationsOf } from '../journeys/rotation-year.js';

rotationsOf(10, 365);
