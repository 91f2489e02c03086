export function printable(text: string): string {
  return text.replaceAll(/[^ -~]/gu, '?')
}
