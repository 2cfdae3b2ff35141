/** Do it every `intervalMs`, but not while nobody sees the page. @returns how to stop. */
export function everyWhileSeen(intervalMs: number, act: () => void): () => void {
  const timer = setInterval(() => {
    if (!document.hidden) act();
  }, intervalMs);
  return () => clearInterval(timer);
}
