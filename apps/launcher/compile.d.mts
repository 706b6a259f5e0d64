export declare function buildIsStale(root: string): boolean;
export declare function build(root: string): void;
