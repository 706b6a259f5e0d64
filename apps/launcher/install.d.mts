export declare function installIsStale(root: string): boolean;
export declare function install(root: string): void;
