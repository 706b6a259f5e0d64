/** The fields of a vendor's form, by our names. */
export const WORKSHEET_FIELDS = [
  'app_name',
  'app_type',
  'redirect_uris',
  'launch_url',
  'jwks_url',
  'auth_method',
  'scopes',
  'contacts',
  'website',
  'logo',
  'terms',
  'privacy',
  'organization_id',
] as const;
export type WorksheetFieldName = (typeof WORKSHEET_FIELDS)[number];

export interface VendorWords {
  /** What the vendor calls the place where this is typed in. */
  readonly portal: string;
  /** Where the vendor's title of a field differs from the plain one. */
  readonly titles: Partial<Readonly<Record<WorksheetFieldName, string>>>;
  /** What a person there should know. */
  readonly notes: readonly string[];
}

const PLAIN: Readonly<Record<WorksheetFieldName, string>> = {
  app_name: 'Application name',
  app_type: 'Application type',
  redirect_uris: 'Redirect URIs',
  launch_url: 'Launch URL',
  jwks_url: 'JWKS URL',
  auth_method: 'Client authentication',
  scopes: 'Scopes',
  contacts: 'Contacts',
  website: 'Website',
  logo: 'Logo URL',
  terms: 'Terms of service',
  privacy: 'Privacy policy',
  organization_id: 'Practice or organization id',
};

const GENERIC: VendorWords = { portal: 'the vendor’s developer portal', titles: {}, notes: [] };

const VENDORS: Readonly<Record<string, VendorWords>> = {
  epic: {
    portal: 'Epic on FHIR (fhir.epic.com)',
    titles: {
      app_type: 'Application audience',
      redirect_uris: 'Endpoint URI',
      jwks_url: 'JWK Set URL',
      scopes: 'Incoming APIs',
      terms: 'Terms and conditions',
    },
    notes: [
      'Non-production and production have client ids of their own: take the one of the environment named here.',
      'Before tokens work, the hospital maps the client to an Epic user.',
    ],
  },
  oracle_health: {
    portal: 'Oracle Health code Console',
    titles: {
      app_type: 'Application type and privacy',
      redirect_uris: 'Redirect URI',
      launch_url: 'SMART launch URI',
      jwks_url: 'JWKS URI',
    },
    notes: ['The hospital allows the client id on its tenant before tokens work.'],
  },
  athenahealth: {
    portal: 'athenahealth Developer Portal',
    titles: { jwks_url: 'JWKS URL', redirect_uris: 'Redirect URLs', organization_id: 'Practice id' },
    notes: ['Preview and production are two apps; the JWKS is set on each.'],
  },
  eclinicalworks: {
    portal: 'eClinicalWorks developer portal',
    titles: { organization_id: 'Practice code' },
    notes: ['The practice enters an activation code; approve it in the portal before tokens work.'],
  },
  nextgen: {
    portal: 'NextGen developer program',
    titles: { organization_id: 'Practice id' },
    notes: ['Id and secret come at once, and work after an administrator has approved the app.'],
  },
};

export function vendorWords(vendor: string): VendorWords {
  return VENDORS[vendor] ?? GENERIC;
}

/** The title of a field, in the words of the vendor's form. */
export function fieldTitle(vendor: string, name: WorksheetFieldName): string {
  return vendorWords(vendor).titles[name] ?? PLAIN[name];
}
