import { DiskError } from '../../model/errors';

/** Converts file system errors to DiskError; returns others unchanged. */
export function asDiskError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error || 'syscall' in error)) return error;
  const path = 'path' in error ? String(error.path) : '';
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new DiskError('noSpace', path, { cause: error });
    case 'EBUSY':
      return new DiskError('inUse', targetOf(error) ?? path, { cause: error });
    case 'EACCES':
    case 'EPERM':
      return targetOf(error) === undefined
        ? new DiskError('denied', path, { cause: error })
        : new DiskError('inUse', String(targetOf(error)), { cause: error });
    case 'EROFS':
      return new DiskError('denied', path, { cause: error });
    case 'EEXIST':
    case 'ENOTDIR':
    case 'EISDIR':
      return new DiskError('exists', targetOf(error) ?? path, { cause: error });
    default:
      return new DiskError('disk', `${String(error.code)} ${path}`, { cause: error });
  }
}

/** Destination of a failed rename. Our own file can be moved, so the destination is the cause. */
function targetOf(error: Error): string | undefined {
  return 'syscall' in error && error.syscall === 'rename' && 'dest' in error ? String(error.dest) : undefined;
}
