import { REPORT_FORMATS, REPORT_NAMES } from '@registrar/reports';
import { z } from 'zod';
import { moment, shownMoment } from '../public-id.dto.js';

export const reportName = z.enum(REPORT_NAMES).describe('Which report');
export type ReportNameParam = z.output<typeof reportName>;

export const reportQuery = z
  .strictObject({
    from: moment().describe('The beginning of the period'),
    to: moment().describe('Its end; not part of it'),
    format: z.enum(REPORT_FORMATS).default('json'),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], error: 'a moment after from' });
export type ReportQuery = z.output<typeof reportQuery>;

export const shownReport = z.object({
  report: reportName,
  from: z.string(),
  to: z.string(),
  data: z.array(z.record(z.string(), z.unknown())).describe('One for each row, with the same columns as the CSV'),
  complete: z.boolean().describe('Nothing of the period was removed by retention'),
  whole_from: shownMoment()
    .nullable()
    .describe(
      'The moment from which on nothing was removed: earlier audit entries were taken out, or sessions forgotten; null: nothing ever was',
    ),
});
