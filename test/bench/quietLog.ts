import type { Logger } from '../../src/core/util/logger';

export const quietLog: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}
