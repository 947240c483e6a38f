import { fileURLToPath } from 'node:url';

/** Path of a file URI, ignoring its fragment; undefined for any other URI. */
export function pathOfUri(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined; // Another scheme, or not a URI.
  }
}
