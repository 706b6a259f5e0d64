/** Where this api is reached from outside: the base of links. */
export class PublicUrl {
  constructor(readonly value: string) {}
}
