import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../vscode/project';
import { createLivingRepository, live } from './livingRepository';
import { interruption } from './interruption';

/**
 * A fake GitLab with a project whose builds run, for debugging the extension. Writes the workspace and the environment
 * that `.vscode/launch.json` opens, and removes them at the end. Runs until it is interrupted.
 */
async function main(): Promise<void> {
  console.log('Starting a fake GitLab …');
  const interrupted = interruption();
  const repository = await createLivingRepository(Date.now, '18.9');
  const { folder, gitlab, project } = repository;
  const debugFolder = join(cacheFolder, 'debug');
  const end = new AbortController();
  try {
    await mkdir(debugFolder, { recursive: true });
    await writeFile(join(debugFolder, 'bakery.code-workspace'), JSON.stringify({ folders: [{ path: folder }] }));
    const environment = `GITLAB_HOST=${gitlab.url}\nGITLAB_TOKEN=${project.token}\n`;
    await writeFile(join(debugFolder, 'environment'), environment);
    console.log(`A fake GitLab 18.9 runs at ${gitlab.url}. Ctrl+C ends it.`);
    const living = live(repository, end.signal);
    await interrupted;
    end.abort();
    await living;
  } finally {
    await rm(debugFolder, { recursive: true, force: true });
    await repository.close();
  }
}

await main();
process.exit(0);
