import type { ClientMetadata } from './client-metadata.js';
import type { DocumentContext, DocumentLayers, Origin } from './effective-document-input.js';
import type { Finding, Mender } from './linter-finding.js';

/** What a rule looks at beside the document: the server, the application, and what people asked for before Registrar placed its members. */
export interface LintContext extends DocumentContext {
  readonly kind: DocumentLayers['kind'];
  readonly scope: DocumentLayers['scope'];
  readonly launchUrl?: string;
  /** The scopes that the application's revision spells in its own metadata; they count as required. */
  readonly writtenScopes: readonly string[];
  /** What the application's owner stands for, in its revision and in its overrides for this EHR: no registration goes beyond it (T10). */
  readonly approved: { readonly scopes: readonly string[]; readonly redirectUris: readonly string[] };
  readonly origins: Readonly<Record<string, Origin>>;
  /** The layers merged, as people wrote them. */
  readonly asked: ClientMetadata;
}

/** Where a rule is broken. */
export interface Hit {
  readonly member?: string;
  /** The value or name at fault, shown in brackets after the rule's words. */
  readonly detail?: string;
}

/** One thing that can be wrong with a document. */
export interface LintRule {
  /** Stable: `theme.what_is_wrong`. */
  readonly id: string;
  readonly severity: Finding['severity'];
  /** Plain words, a whole sentence. */
  readonly says: string;
  readonly mends: Mender;
  /** Each place where the document breaks the rule; empty where it does not. */
  readonly check: (document: ClientMetadata, context: LintContext) => readonly Hit[];
}

/** No hit, or one for this member. */
export function hitWhen(broken: boolean, member?: string, detail?: string): readonly Hit[] {
  return broken ? [{ ...(member === undefined ? {} : { member }), ...(detail === undefined ? {} : { detail }) }] : [];
}

/** A hit for each of these values of one member. */
export function hitEach(member: string, values: readonly string[]): readonly Hit[] {
  return values.map((detail) => ({ member, detail }));
}
