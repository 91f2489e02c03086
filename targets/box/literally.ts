/**
 * Text inside a pattern that means itself: what is looked for in a log is an address or an id, whatever signs it holds.
 */
export const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
