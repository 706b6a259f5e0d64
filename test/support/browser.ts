/** As much of a browser as a sign-in needs: it keeps cookies by name and follows redirects. */
export class Browser {
  readonly cookies = new Map<string, string>();

  constructor(private readonly name = 'Firefox') {}

  /** Opens an address and follows where it is sent. `stopAt`: the first address that is not opened any more. */
  async open(
    address: string,
    stopAt: (url: URL) => boolean = () => false,
  ): Promise<{ url: URL; status: number; headers: Headers; text: string }> {
    let url = new URL(address);
    for (let step = 0; step < 12; step += 1) {
      const answer = await fetch(url, { redirect: 'manual', headers: { cookie: this.cookieHeader, 'user-agent': this.name } });
      for (const set of answer.headers.getSetCookie()) this.#keep(set);
      const location = answer.headers.get('location');
      const text = await answer.text();
      if (location === null) return { url, status: answer.status, headers: answer.headers, text };
      url = new URL(location, url);
      if (stopAt(url)) return { url, status: answer.status, headers: answer.headers, text };
    }
    throw new Error('The browser was sent in circles');
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep(set: string): void {
    const [pair = '', ...attributes] = set.split(';');
    const at = pair.indexOf('=');
    const gone = attributes.some((each) => /^ *(max-age=0|expires=thu, 01 jan 1970)/i.test(each));
    if (gone) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}
