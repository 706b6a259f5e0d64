/** What Registrar knows of the client with which this app signs people in at one EHR. */
export interface Registration {
  readonly registration_id: string;
  readonly client_id: string;
  readonly token_endpoint_auth_method: string;
  readonly scope: string | null;
  readonly issuer: string | null;
  readonly endpoints: { readonly authorization?: string; readonly token?: string };
}

/** A signed assertion, for one request to one token endpoint (RFC 7523). */
export interface Assertion {
  readonly client_assertion: string;
  readonly client_assertion_type: string;
}

export type Fetch = typeof fetch;

/** The two calls of Registrar that an app needs at a launch. It holds an API key of the role `service`, and no key or secret of any EHR. */
export class LaunchRegistrar {
  constructor(
    private readonly options: { readonly url: string; readonly apiKey: string; readonly applicationId: string; readonly fetch: Fetch },
  ) {}

  /** @param iss as the EHR's launch names it. @throws Error where nothing is active there */
  lookup(iss: string): Promise<Registration> {
    const query = new URLSearchParams({ application_id: this.options.applicationId, iss });
    return this.#ask('GET', `/v1/registrations/lookup?${query.toString()}`);
  }

  assertion({ registration_id: id }: Registration): Promise<Assertion> {
    return this.#ask('POST', `/v1/registrations/${id}/client-assertion`);
  }

  async #ask<Body>(method: string, path: string): Promise<Body> {
    const { url, apiKey } = this.options;
    const headers = { authorization: `Bearer ${apiKey}`, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) };
    const answer = await this.options.fetch(url + path, { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) });
    if (!answer.ok) throw new Error(`Registrar answered ${method} ${path} with ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Body;
  }
}
