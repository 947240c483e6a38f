import { constants } from 'node:os';

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const cleanups = new Set<() => void>();

/** Calls `cleanUp`, which must not wait for anything, when this process exits or is interrupted. Returns how to undo that. */
export function atExit(cleanUp: () => void): () => void {
  if (cleanups.size === 0) listen();
  cleanups.add(cleanUp);
  return () => {
    cleanups.delete(cleanUp);
    if (cleanups.size === 0) stopListening();
  };
}

function listen(): void {
  process.on('exit', cleanUpAll);
  for (const signal of endingSignals) process.on(signal, exitUnlessHandled);
}

function stopListening(): void {
  process.off('exit', cleanUpAll);
  for (const signal of endingSignals) process.off(signal, exitUnlessHandled);
}

function cleanUpAll(): void {
  for (const cleanUp of cleanups) cleanUp();
}

/** A signal ends a process without an exit event, so we turn it into one; whoever else listens to it decides instead. */
function exitUnlessHandled(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
}
