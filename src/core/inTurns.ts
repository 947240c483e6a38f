/**
 * The results of `count` calls in order, at most `atOnce` of them under way. After the first failure no further call
 * starts, and the failure is thrown.
 */
export async function inTurns<T>(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = [];
  let started = 0;
  let failed = false;
  const worker = async () => {
    while (started < count && !failed) {
      const index = started++;
      try {
        results[index] = await work(index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  return results;
}
