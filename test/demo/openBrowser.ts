import { spawn } from 'node:child_process';

/** Opens an address in the user's browser where there is one; where not, nothing happens. */
export function openBrowser(address: string): void {
  const command = openerOf(address);
  if (command === undefined) return;
  const [program, args] = command;
  const child = spawn(program, args, { stdio: 'ignore', detached: true, windowsVerbatimArguments: true });
  child.on('error', () => undefined); // No such program: the address was printed.
  child.unref();
}

function openerOf(address: string): readonly [program: string, args: readonly string[]] | undefined {
  switch (process.platform) {
    case 'darwin':
      return ['open', [address]];
    case 'win32':
      return ['cmd.exe', ['/c', 'start', '""', `"${address}"`]];
    default:
      return hasDisplay() ? ['xdg-open', [address]] : undefined;
  }
}

/** Without a display, xdg-open would look for a browser that takes over the terminal. */
function hasDisplay(): boolean {
  return ['DISPLAY', 'WAYLAND_DISPLAY'].some((name) => (process.env[name] ?? '') !== '');
}
