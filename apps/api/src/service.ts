/** What a controller asks for by its class, and the one there is. */
export type Service = [abstract new (...args: never[]) => object, object];
