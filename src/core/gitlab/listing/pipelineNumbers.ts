import type { TtlCache } from '../../util/ttlCache';

const numbersKey = 'numbers of pipelines';
const numbersKept = 1000;

/** Number of a pipeline within its project, if GraphQL has returned it. GraphQL finds pipelines by this number. */
export function pipelineNumber(memory: TtlCache, id: number): string | undefined {
  return numbersIn(memory).get(id);
}

function numbersIn(memory: TtlCache): Map<number, string> {
  const known = memory.get(numbersKey);
  if (known instanceof Map) return known as Map<number, string>; // Only written below.
  const made = new Map<number, string>();
  memory.set(numbersKey, made);
  return made;
}

export function keepNumber(memory: TtlCache, id: number, iid: string): void {
  const numbers = numbersIn(memory);
  numbers.set(id, iid);
  const [oldest] = numbers.keys();
  if (numbers.size > numbersKept && oldest !== undefined) numbers.delete(oldest);
}
