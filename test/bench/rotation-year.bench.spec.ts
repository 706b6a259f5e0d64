import { yearOf } from '../journeys/rotation-year.js';

yearOf(10);
