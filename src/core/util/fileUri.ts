import { fileURLToPath } from 'node:url';

/** Path of a file's URI, whose fragment doesn't count; undefined for any other URI. */
export function pathOfUri(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined; // Another scheme, or no URI.
  }
}
