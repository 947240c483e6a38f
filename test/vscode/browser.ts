import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { packagedChromium } from './packagedChromium';
import { temporaryFolder } from './temporaryFolder';

interface Executable {
  readonly path: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Nothing but this machine is reached: every other name fails to resolve. */
const onlyThisMachine = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost';

/** Starts Chromium without a window: CHROME_PATH, else the one from npm (Linux x64), else an installed one. */
export async function launchBrowser(): Promise<Browser> {
  const { path, env } = await findBrowser();
  // Chromium leaves files of its own where temporary ones go.
  const temporary = temporaryFolder('browser-');
  const browser = await chromium.launch({
    executablePath: path,
    // A container and root have no sandbox to offer, and only our own pages are shown.
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none', onlyThisMachine],
    env: { ...process.env, ...env, TMPDIR: temporary.path },
  });
  browser.on('disconnected', () => void temporary.remove());
  return browser;
}

async function findBrowser(): Promise<Executable> {
  const chosen = process.env['CHROME_PATH'];
  if (chosen !== undefined && chosen !== '') return { path: chosen };
  if (process.platform === 'linux' && process.arch === 'x64') return packagedChromium();
  const path = installedBrowsers().find((candidate) => existsSync(candidate));
  if (path !== undefined) return { path };
  throw new Error('No Chrome, Edge or Chromium is installed. Install one, or set CHROME_PATH to its executable.');
}

function installedBrowsers(): string[] {
  switch (process.platform) {
    case 'darwin':
      return ['Google Chrome', 'Microsoft Edge', 'Chromium'].map(
        (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
      );
    case 'win32':
      return ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'].flatMap((name) =>
        folders('PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA').map((folder) => join(folder, name)),
      );
    default:
      return ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'microsoft-edge'].flatMap(
        (name) => folders('PATH').map((folder) => join(folder, name)),
      );
  }
}

function folders(...variables: readonly string[]): string[] {
  return variables.flatMap((name) => process.env[name]?.split(delimiter) ?? []).filter((folder) => folder !== '');
}
