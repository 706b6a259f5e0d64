import { publicId } from '@registrar/database';
import type { EhrTransport, StoredTransport, WantedTransport } from '@registrar/ehrs';
import { Secret } from '@registrar/secret';
import { z } from 'zod';
import { shownId } from '../public-id.dto.js';

const pem = z.string().min(1).max(60_000);

export const wantedTransport = z
  .strictObject({
    ca_bundle: pem
      .optional()
      .describe('PEM certificates of authorities that this EHR’s server may be signed by, beside the public ones; 20 at most'),
    client_certificate: z
      .strictObject({
        certificate: pem,
        private_key: z.string().min(1).max(20_000).describe('PEM; sealed when it comes in, never read back'),
      })
      .optional()
      .describe('What Registrar proves itself with where the server asks for it (mutual TLS)'),
    ports: z.array(z.int().min(1).max(65_535)).max(8).optional().describe('Ports beside 443'),
    private_ranges: z.array(z.string().max(64)).max(8).optional().describe('Private ranges (CIDR) that the EHR’s name may resolve into'),
  })
  .describe('All that is wanted: what is left out is taken away');
export type WantedTransportBody = z.output<typeof wantedTransport>;

export function wantedTransportOf({ ca_bundle, client_certificate: client, ports, private_ranges }: WantedTransportBody): WantedTransport {
  return {
    authorities: ca_bundle,
    clientCertificate: client && { certificate: client.certificate, privateKey: Secret.of(client.private_key) },
    ports,
    ranges: private_ranges,
  };
}

const certificate = z.object({ subject: z.string(), fingerprint: z.string().describe('SHA-256'), expires_at: z.string() });
const shown = z.object({
  version: z.int().min(1).max(2_147_483_647),
  authorities: z.array(certificate),
  client_certificate: z.array(certificate).nullable(),
  ports: z.array(z.int().min(1).max(65_535)),
  private_ranges: z.array(z.string()),
});
export const shownTransport = z.object({
  active: shown.nullable().describe('What was approved'),
  proposed: shown
    .extend({ approval_id: shownId('apr') })
    .nullable()
    .describe('What waits for somebody else’s yes'),
});

export function showTransport({ active, proposed }: EhrTransport): z.output<typeof shownTransport> {
  return {
    active: active && show(active),
    proposed: proposed && { ...show(proposed), approval_id: publicId('apr', proposed.approvalId) },
  };
}

function show({ version, authorities, clientCertificate, ports, ranges }: StoredTransport): z.output<typeof shown> {
  const bare = ({ subject, fingerprint, expires_at }: z.output<typeof certificate>) => ({ subject, fingerprint, expires_at });
  return {
    version,
    authorities: authorities.map(bare),
    client_certificate: clientCertificate && clientCertificate.map(bare),
    ports: [...ports],
    private_ranges: [...ranges],
  };
}
