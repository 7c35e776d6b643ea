const HOUR = 3600;
const DAY = 86_400;
const two = (value: number): string => String(value).padStart(2, "0");

/**
 * How long in whole seconds is left, as the server writes it: `3:12`, `2:10:00`, `−1:20` when it is over. From two days
 * on the server says it in words of the language, and nothing counts: null.
 */
export function spell(seconds: number): string | null {
  const whole = Math.abs(seconds);
  if (whole >= 2 * DAY) return null;
  const [hours, minutes] = [Math.floor(whole / HOUR), Math.floor((whole % HOUR) / 60)];
  const figures = hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  return seconds < 0 ? `−${figures}` : figures;
}

/**
 * The same for a screen that should not move: above one minute in steps of ten seconds. Rounded towards less time left,
 * so that nobody is told more than there is.
 */
export function calmer(seconds: number): number {
  return seconds > 60 ? Math.floor(seconds / 10) * 10 : seconds;
}
