/** Resolves at the first Ctrl+C, so that everything can be cleaned up; a second one ends the process at once. */
export function interruption(): Promise<void> {
  let already = false;
  return new Promise((resolve) => {
    const interrupt = () => {
      if (already) process.exit(1);
      already = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  });
}
