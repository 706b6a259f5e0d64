import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  it.each([
    ['=HYPERLINK("https://evil.example","x")', `"'=HYPERLINK(""https://evil.example"",""x"")"`],
    ['+1', `'+1`],
    ['-2+3', `'-2+3`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['\t=1', `'\t=1`],
    ['\r=1', `"'\r=1"`],
    ['  =1', `'  =1`],
    ["|cmd' /C calc", `'|cmd' /C calc`],
  ])('%j is no formula', (cell, written) => {
    expect(csvLine([cell])).toBe(`${written}\r\n`);
  });

  it('quotes what needs it, and leaves numbers, nothing and plain words as they are', () => {
    expect(csvLine(['St. Mary', 'a,b', 'say "x"', 'two\nlines', 7, -7, null, undefined, true, 'a-b'])).toBe(
      'St. Mary,"a,b","say ""x""","two\nlines",7,-7,,,true,a-b\r\n',
    );
  });
});
