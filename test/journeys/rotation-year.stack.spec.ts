import { rotationsOf } from './rotation-year.js';

// `npm run bench -- rotation-year` has ten times as many for a whole year, and takes minutes. Here every policy comes up once at least.
rotationsOf(1, 150);
