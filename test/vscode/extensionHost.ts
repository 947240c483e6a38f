import { format } from 'node:util';
import type { Page } from 'playwright-core';
import { launchBrowser } from './browser';
import { type StartOptions, startVSCode } from './server';

/** How long the page may stay silent: the start of VS Code, or one test, takes far less. */
const silenceLimitMs = 120_000;
const wholeLimitMs = 20 * 60_000;

export interface ExtensionHostRun extends Omit<StartOptions, 'development'> {
  /** The folder of the extension under development. */
  readonly developmentPath: string;
  /** A CommonJS module whose `run()` is called in the extension host. */
  readonly testsPath: string;
  /** Number of windows, opened one after the other: a later one finds what VS Code has kept of those before. Default: 1. */
  readonly windows?: number;
  /** Gets each line that the extension host writes to the console. */
  readonly log: (line: string) => void;
}

/**
 * Opens a VS Code in a browser, calls `run()` of the module at `testsPath` in its extension host, and resolves with
 * the exit code: 0 when `run()` resolved, in each window. Rejects when VS Code falls silent, or its page or server breaks.
 */
export async function runInExtensionHost(options: ExtensionHostRun): Promise<number> {
  const vscode = await startVSCode({ ...options, development: true });
  try {
    const browser = await launchBrowser();
    try {
      const context = await browser.newContext();
      for (let left = options.windows ?? 1; left > 0; left--) {
        const page = await context.newPage();
        const exitCode = exitCodeOf(page, options.log);
        await Promise.race([exitCode, page.goto(vscode.url(options), { waitUntil: 'commit' })]);
        const code = await exitCode;
        if (code !== 0 || left === 1) return code;
        await page.close();
      }
      throw new Error('No window was opened');
    } finally {
      await browser.close();
    }
  } catch (error) {
    throw new Error(`${String(error)}\nThe server printed:\n${vscode.output()}`, { cause: error });
  } finally {
    await vscode.close();
  }
}

/** The workbench tells the end of a test run by calling two functions that we put into its page. */
function exitCodeOf(page: Page, log: (line: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(reason));
    const silence = setTimeout(() => fail(`VS Code said nothing for ${silenceLimitMs / 1000} s`), silenceLimitMs);
    const whole = setTimeout(() => fail(`The tests took longer than ${wholeLimitMs / 60_000} minutes`), wholeLimitMs);
    const stop = () => [silence, whole].forEach((timer) => clearTimeout(timer));
    page.on('crash', () => fail('The page of VS Code crashed'));
    page.on('close', () => {
      stop();
      fail('The page of VS Code was closed');
    });
    const exposed = [
      page.exposeFunction('codeAutomationExit', (code: number) => resolve(code)),
      page.exposeFunction('codeAutomationLog', (_type: string, args: readonly unknown[]) => {
        silence.refresh();
        log(format(...args));
      }),
    ];
    Promise.all(exposed).catch(reject);
  });
}
