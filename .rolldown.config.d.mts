import type { RolldownOptions } from 'rolldown';

declare const programs: RolldownOptions;
export default programs;
