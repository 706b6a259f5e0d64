import { yearOf } from './rotation-year.js';

// `npm run bench -- rotation-year` has ten times as many, and takes minutes.
yearOf(1);
