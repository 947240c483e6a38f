import type { CancellationToken } from 'vscode';

/** Aborts when the user calls it off. */
export function abortedBy(token: CancellationToken): AbortController {
  const controller = new AbortController();
  token.onCancellationRequested(() => controller.abort());
  return controller;
}
