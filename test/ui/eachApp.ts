import { App, type AppOptions } from './app';

/** Starts the extension in a test, and ends it after the test, however that went. To be called in a `describe`. */
export function appsInTests(): {
  ready(options?: AppOptions): Promise<App>;
  start(options?: AppOptions): Promise<App>;
} {
  const started: Promise<App>[] = [];
  afterEach(async () => {
    for (const app of await Promise.allSettled(started.splice(0)))
      if (app.status === 'fulfilled') await app.value.stop();
  });
  const start = (options?: AppOptions): Promise<App> => {
    const app = App.start(options);
    started.push(app);
    return app;
  };
  return {
    start,
    ready: async (options) => {
      const app = await start(options);
      await app.shows('ready');
      await app.knowsAll();
      return app;
    },
  };
}
