import { useEffect, useRef, useState } from "preact/hooks";

/**
 * The text of a field that is passed on when typing pauses. What was passed on and
 * comes back as the value does not undo what was typed since; any other value does.
 */
export function useTyped(value: string, onValue: (value: string) => void, pauseMillis: number) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  const send = () => {
    if (typed === sent.current) return;
    sent.current = typed;
    onValue(typed);
  };
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    if (typed === sent.current) return;
    const timer = setTimeout(send, pauseMillis);
    return () => clearTimeout(timer);
  });
  return { typed, setTyped, send };
}
