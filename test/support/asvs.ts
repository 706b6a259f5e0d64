/**
 * OWASP ASVS 5.0.0: the levels of the items of each section, in their order. Item 1.2.10 is the tenth of section 1.2. Numbers and levels
 * alone; what an item asks for stands in the standard.
 */
const SECTIONS: Readonly<Record<string, string>> = {
  '1.1': '22',
  '1.2': '1111122223',
  '1.3': '112222222223',
  '1.4': '222',
  '1.5': '123',
  '2.1': '122',
  '2.2': '112',
  '2.3': '12223',
  '2.4': '23',
  '3.1': '3',
  '3.2': '113',
  '3.3': '12223',
  '3.4': '11222233',
  '3.5': '11122333',
  '3.6': '3',
  '3.7': '22333',
  '4.1': '12233',
  '4.2': '23333',
  '4.3': '22',
  '4.4': '1222',
  '5.1': '2',
  '5.2': '112333',
  '5.3': '113',
  '5.4': '222',
  '6.1': '122',
  '6.2': '111111112222',
  '6.3': '11223333',
  '6.4': '112233',
  '6.5': '22222333',
  '6.6': '2223',
  '6.7': '33',
  '6.8': '2222',
  '7.1': '222',
  '7.2': '1111',
  '7.3': '22',
  '7.4': '11222',
  '7.5': '223',
  '7.6': '22',
  '8.1': '1233',
  '8.2': '1123',
  '8.3': '133',
  '8.4': '23',
  '9.1': '111',
  '9.2': '1222',
  '10.1': '22',
  '10.2': '223',
  '10.3': '22223',
  '10.4': '1111122222233333',
  '10.5': '22222',
  '10.6': '22',
  '10.7': '222',
  '11.1': '2233',
  '11.2': '22233',
  '11.3': '11233',
  '11.4': '1222',
  '11.5': '23',
  '11.6': '23',
  '11.7': '33',
  '12.1': '12233',
  '12.2': '11',
  '12.3': '22223',
  '13.1': '2333',
  '13.2': '222223',
  '13.3': '2233',
  '13.4': '1222233',
  '14.1': '22',
  '14.2': '12223333',
  '14.3': '122',
  '15.1': '12233',
  '15.2': '12233',
  '15.3': '1222222',
  '15.4': '3333',
  '16.1': '2',
  '16.2': '22222',
  '16.3': '2222',
  '16.4': '222',
  '16.5': '2223',
  '17.1': '23',
  '17.2': '22223333',
  '17.3': '22',
};

/** The level of each of the standard's 345 items, by its number. */
export const ASVS_LEVELS: ReadonlyMap<string, number> = new Map(
  Object.entries(SECTIONS).flatMap(([section, levels]) =>
    [...levels].map((level, index): [string, number] => [`${section}.${index + 1}`, Number(level)]),
  ),
);

export const STATES = ['holds', 'operator', 'not applicable', 'does not hold'] as const;
export type State = (typeof STATES)[number];

/** One row of deploy/asvs.md. */
export interface Item {
  readonly id: string;
  readonly level: number;
  readonly state: string;
  readonly words: string;
}

/** The rows of a table of items, as they are written. */
export function itemsIn(text: string): Item[] {
  return [...text.matchAll(/^\| (\d+\.\d+\.\d+) \| (\d) \| ([^|]*) \| (.*) \|$/gm)].map(
    ([, id = '', level = '', state = '', words = '']) => ({
      id,
      level: Number(level),
      state,
      words,
    }),
  );
}

/** Paths from the root that a text names; `/docs` is no path of ours. */
export function pathsIn(words: string): string[] {
  const quoted = [...words.matchAll(/`([^`\s]+)`/g)].map(([, path = '']) => path);
  return quoted.filter((path) => !path.startsWith('/') && /^[\w./-]*[\w-]\.(md|ts|mjs|js|json|sql)$/.test(path));
}

/** Whatever a table says that is not so. `read`: a file's text, undefined where there is none. */
export function faultsIn(items: readonly Item[], read: (path: string) => string | undefined): string[] {
  const count = (id: string) => items.filter((item) => item.id === id).length;
  const missing = [...ASVS_LEVELS].flatMap(([id, level]) => (level < 3 && count(id) === 0 ? [`${id} is missing`] : []));
  const wrong = items.flatMap(({ id, level, state, words }) => {
    const paths = pathsIn(words);
    const headings = [...words.matchAll(/`([^`]+\.md)`, ([A-Z][\w ]+)/g)].map(([, path = '', heading = '']) => ({ path, heading }));
    const needsPath = state === 'holds' || (state === 'operator' && level < 3);
    return [
      ...(ASVS_LEVELS.get(id) === level ? [] : [`${id} is not of level ${level}`]),
      ...(count(id) > 1 ? [`${id} stands ${count(id)} times`] : []),
      ...((STATES as readonly string[]).includes(state) ? [] : [`${id} is ${state}`]),
      ...(words.trim() === '' || (needsPath && paths.length === 0) ? [`${id} is shown by nothing`] : []),
      ...paths.filter((path) => read(path) === undefined).map((path) => `${id} names ${path}, which is not there`),
      ...headings
        .filter(({ path, heading }) => !read(path)?.split('\n').includes(`## ${heading}`))
        .map(({ path, heading }) => `${id} names “${heading}” of ${path}, which is not there`),
    ];
  });
  return [...missing, ...wrong];
}

/** What SECURITY.md has to say: whether a level is reached, and the sums. */
export function summaryOf(items: readonly Item[], chapters: readonly string[]): string {
  const of = (level: number, state?: State, chapter?: string) =>
    items.filter(
      (item) => item.level === level && (state === undefined || item.state === state) && (!chapter || item.id.startsWith(`${chapter}.`)),
    );
  const sum = (level: number) => {
    const [holds, operator, absent, not] = STATES.map((state) => of(level, state));
    const all = [...ASVS_LEVELS.values()].filter((each) => each === level).length;
    const looked = of(level).length < all ? `${of(level).length} of ${all} items were gone through` : `${all} items`;
    const list = not?.length ? `: ${not.map(({ id }) => id).join(', ')}` : '';
    return `- **Level ${level}**: ${looked}, ${absent?.length} are not applicable. Of the other ${of(level).length - (absent?.length ?? 0)}, ${holds?.length} hold, ${operator?.length} are the operator's, ${not?.length} do not hold${list}.`;
  };
  const reached = (level: number) => of(level).length > 0 && of(level, 'does not hold').length === 0 && of(level, 'operator').length === 0;
  const said = reached(1)
    ? reached(2)
      ? 'Level 2 is reached.'
      : 'Level 1 is reached, level 2 is not.'
    : 'No level is reached as a whole.';
  const cells = (chapter: string) => [1, 2, 3].map((level) => STATES.map((state) => of(level, state, chapter).length).join(' · '));
  const rows = chapters.map((title) => `| ${title} | ${cells(/^V(\d+)/.exec(title)?.[1] ?? '').join(' | ')} |`);
  return [
    said,
    '',
    ...[1, 2, 3].map(sum),
    '',
    `In each cell: ${STATES.join(' · ')}.`,
    '',
    '| chapter | level 1 | level 2 | level 3 |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}
