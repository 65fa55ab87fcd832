import { useEffect, useRef } from "preact/hooks";
import { useGlossary } from "./explain/glossary";
import { useText } from "./text/language";

/** The keys and the words of the table. */
export function Help({ onClose }: { onClose: () => void }) {
  const text = useText();
  const glossary = useGlossary();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="help" onClose={onClose} aria-label={text.help}>
      <dl>
        {glossary?.keys.map(({ keys, description }) => (
          <>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{description}</dd>
          </>
        ))}
      </dl>
      <hr />
      <dl>
        {glossary?.signs.map(({ summary, description }) => (
          <>
            <dt>{summary}</dt>
            <dd>{description}</dd>
          </>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">{text.close}</button>
      </form>
    </dialog>
  );
}
