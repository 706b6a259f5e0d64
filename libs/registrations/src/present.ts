/** `{name: value}` where there is a value, `{}` where there is none: an absent member is never `undefined`. */
export function present<Name extends string, T>(name: Name, value: T | null | undefined): { [K in Name]?: T } {
  return (value === null || value === undefined ? {} : { [name]: value }) as { [K in Name]?: T };
}
