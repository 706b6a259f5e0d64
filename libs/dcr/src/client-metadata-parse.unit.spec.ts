import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseClientMetadata } from './client-metadata-parse.js';

const at = { pointer: '/client_metadata', loopbackAllowed: false };
const refusals = (input: unknown, where = at) => {
  const parsed = parseClientMetadata(input, where);
  return 'problems' in parsed ? parsed.problems.map(({ pointer, code }) => `${pointer} ${code}`) : [];
};

describe('client metadata that a person writes (A-02, A-16)', () => {
  it('takes every member of RFC 7591 and OpenID registration, byte for byte (A-07)', () => {
    const input = {
      redirect_uris: ['https://App.example', 'https://app.example/cb?x=%2F'],
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'Akte',
      'client_name#ja-Kana': 'カルテ',
      client_uri: 'https://app.example',
      'logo_uri#de': 'https://app.example/de.png',
      scope: 'openid launch patient/*.rs',
      contacts: ['a@app.example'],
      software_id: 'b1a2',
      software_version: '1.2',
      application_type: 'web',
      sector_identifier_uri: 'https://app.example/sector.json',
      subject_type: 'pairwise',
      id_token_signed_response_alg: 'ES384',
      default_max_age: 0,
      require_auth_time: false,
      initiate_login_uri: 'https://app.example/launch',
      request_uris: ['https://app.example/r.jwt#hash'],
      post_logout_redirect_uris: ['https://app.example/bye'],
      backchannel_logout_uri: 'https://app.example/out',
    };
    expect(parseClientMetadata(input, at)).toEqual({ metadata: input });
  });

  it.each([
    [{ jwks: { keys: [] } }, '/client_metadata/jwks set_by_registrar'],
    [{ jwks_uri: 'https://evil.example/jwks' }, '/client_metadata/jwks_uri set_by_registrar'],
    [{ software_statement: 'e30' }, '/client_metadata/software_statement set_by_registrar'],
    [{ client_secret: 'x' }, '/client_metadata/client_secret issued_by_server'],
    [{ resource: 'https://fhir.example' }, '/client_metadata/resource unknown_member'],
    [{ 'a/b~c': 1 }, '/client_metadata/a~1b~0c unknown_member'],
    [JSON.parse('{"__proto__": {"x": 1}}'), '/client_metadata/__proto__ unknown_member'],
    [{ 'scope#de': 'openid' }, '/client_metadata/scope#de unknown_member'],
    [{ 'client_name#': 'x' }, '/client_metadata/client_name# malformed_tag'],
    [{ 'client_name#de': 'x', 'client_name#DE': 'y' }, '/client_metadata/client_name#DE duplicate_tag'],
    [{ client_name: null }, '/client_metadata/client_name wrong_type'],
    [{ client_name: ' ' }, '/client_metadata/client_name empty'],
    [{ client_name: 'x'.repeat(257) }, '/client_metadata/client_name too_long'],
    [{ client_name: 'a\u202eb' }, '/client_metadata/client_name forbidden_character'],
    [{ redirect_uris: 'https://a.example' }, '/client_metadata/redirect_uris wrong_type'],
    [{ redirect_uris: [] }, '/client_metadata/redirect_uris empty'],
    [{ redirect_uris: Array(101).fill('https://a.example/cb') }, '/client_metadata/redirect_uris too_many'],
    [{ redirect_uris: ['https://a.example', 'https://a.example/#'] }, '/client_metadata/redirect_uris/1 fragment'],
    [{ redirect_uris: [`https://a.example/${'x'.repeat(1983)}`] }, '/client_metadata/redirect_uris/0 too_long'],
    [{ redirect_uris: ['http://localhost/cb'] }, '/client_metadata/redirect_uris/0 https_required'],
    [{ logo_uri: 'javascript:1' }, '/client_metadata/logo_uri forbidden_scheme'],
    [{ token_endpoint_auth_method: 'client_secret_jwt' }, '/client_metadata/token_endpoint_auth_method unsupported_value'],
    [{ grant_types: ['implicit'] }, '/client_metadata/grant_types/0 unsafe_value'],
    [{ grant_types: ['password'] }, '/client_metadata/grant_types/0 unsafe_value'],
    [{ response_types: ['code token'] }, '/client_metadata/response_types/0 unsafe_value'],
    [{ scope: 'patient/*.dus' }, '/client_metadata/scope malformed_scope'],
    [{ default_max_age: -1 }, '/client_metadata/default_max_age out_of_range'],
    [[], '/client_metadata wrong_type'],
  ])('%j is refused (T10, A09, J-06)', (input, refusal) => {
    expect(refusals(input)).toEqual([refusal]);
  });

  it('says everything that is wrong at once', () => {
    expect(refusals({ nope: 1, redirect_uris: ['data:,', 'https://*'], client_name: 3 })).toEqual([
      '/client_metadata/nope unknown_member',
      '/client_metadata/redirect_uris/0 forbidden_scheme',
      '/client_metadata/redirect_uris/1 wildcard',
      '/client_metadata/client_name wrong_type',
    ]);
  });

  it('takes http on loopback only where that is allowed', () => {
    expect(refusals({ redirect_uris: ['http://localhost/cb'] }, { ...at, loopbackAllowed: true })).toEqual([]);
  });

  it('never throws, and gives back only what was written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        const parsed = parseClientMetadata(input, at);
        if ('metadata' in parsed) expect(parsed.metadata).toEqual(input);
        else expect(parsed.problems.length).toBeGreaterThan(0);
      }),
    );
  });

  it('keeps the bytes of every redirect URI that it takes (A-07)', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['https'], withQueryParameters: true }), (uri) => {
        const parsed = parseClientMetadata({ redirect_uris: [uri] }, at);
        if ('metadata' in parsed) expect(parsed.metadata['redirect_uris']).toEqual([uri]);
      }),
    );
  });
});
