/** Statuses that builds can have, by the version that has them first. */
const of84 = ['pending', 'running', 'success', 'failed', 'canceled'];
const of88 = [...of84, 'skipped'];
const of811 = ['created', ...of88];
const of90 = [...of811, 'manual'];
const of134 = [...of90, 'scheduled', 'preparing', 'waiting_for_resource'];
const of189 = [...of134, 'canceling', 'waiting_for_callback'];

export const statuses = {
  '8.4': of84,
  '8.8': of88,
  '8.11': of811,
  '9.0': of90,
  '13.4': of134,
  '18.9': of189,
} as const;
