import { count } from "./text/format";
import { useText } from "./text/language";

interface Props {
  class?: string;
  shown: number;
  all: number;
  step: number; // how many more each time
  onShow: (most: number) => void;
}

/** The way to the next lines of a long list, while there are some. */
export function More({ class: name = "older", shown, all, step, onShow }: Props) {
  const text = useText();
  if (all <= shown) return null;
  return (
    <button type="button" class={name} onClick={() => onShow(shown + step)}>
      {text.more(count(Math.min(step, all - shown)))}
    </button>
  );
}
