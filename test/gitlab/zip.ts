import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

/** A real zip file; the same files and time give the same bytes. */
export async function zip(files: Readonly<Record<string, string | Buffer>>, modifiedAtMs: number): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, content] of Object.entries(files)) {
    archive.addBuffer(Buffer.from(content), name, { mtime: new Date(modifiedAtMs), mode: 0o100644 });
  }
  archive.end();
  return buffer(archive.outputStream);
}
