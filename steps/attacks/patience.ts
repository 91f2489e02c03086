/**
 * How long a step of a hundred sessions may take: a server may start a process for each, and shake hands in each.
 */
export const patience = 90_000
