import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** PEM file of the certificate, for `NODE_EXTRA_CA_CERTS`. */
  readonly file: string;
}

/** Makes a self-signed certificate for an IP address and leaves it as a file in the folder. */
export async function createCertificate(folder: string, ip: string): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: ip }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      // Through a proxy, VS Code's agent names no server for an IP address, and Node then checks for `localhost`.
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  const file = join(folder, 'certificate.pem');
  await writeFile(file, cert);
  return { key, cert, file };
}
