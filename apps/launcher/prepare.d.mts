export declare const root: string;
export declare function makeReady(options?: { build?: 'when stale' | 'always' }): Promise<void>;
export declare function prepare(options?: { build?: 'when stale' | 'always' }): Promise<void>;
