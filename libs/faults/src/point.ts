/**
 * Every named place at which a test can strike, in the order in which an operation comes past it. R: a registration, from the API's
 * transaction to the end of its operation. U: an update. S: a rotation. D: a deletion. What is `at once` lies inside a request that
 * is being written or read, where nothing can be waited for: it can kill and nothing else.
 */
export const FAULT_POINTS = {
  R0: { where: 'the API has committed what was asked for, and not answered' },
  R1: { where: 'a registration is claimed, nothing is decided' },
  R2: { where: 'its attempt is committed as sending, nothing is sent' },
  R3: { where: 'its request is written to the socket', atOnce: true },
  R4: { where: 'the server has done it: the head of its answer is there', atOnce: true },
  R5: { where: 'the raw answer is read, nothing is sealed' },
  R6: { where: 'the answer is sealed and parsed, nothing is written' },
  R7: { where: 'every row of the result is written, nothing is committed' },
  R8: { where: 'the result is committed, the operation goes on' },
  R9: { where: 'the operation is over' },
  U1: { where: 'the attempt of an update is committed as sending' },
  U2: { where: 'the update is written to the socket', atOnce: true },
  U3: { where: 'its answer is read, nothing is sealed' },
  U4: { where: 'every row of its result is written, nothing is committed' },
  U5: { where: 'its result is committed' },
  S1: { where: 'the next version is made and sealed, nobody is told of it' },
  S2: { where: 'the server is told: the key is published, or the request is written', atOnce: true },
  S3: { where: 'the next version is about to be proven' },
  S4: { where: 'it is proven and every row of its promotion written, nothing is committed' },
  S5: { where: 'it is promoted' },
  S6: { where: 'the version before it is about to be destroyed' },
  D1: { where: 'the attempt of a deletion is committed as sending' },
  D2: { where: 'the deletion is written to the socket', atOnce: true },
  D3: { where: 'its answer is read, nothing is written' },
  D4: { where: 'its result is committed, nobody has looked whether it is true' },
} as const satisfies Readonly<Record<string, { readonly where: string; readonly atOnce?: true }>>;

export type FaultPoint = keyof typeof FAULT_POINTS;

/** What a test may switch off, to see that something else would have caught it: who holds the fence, and that an answer is kept sealed. */
export const SAFEGUARDS = ['fence', 'seal'] as const;
export type Safeguard = (typeof SAFEGUARDS)[number];
