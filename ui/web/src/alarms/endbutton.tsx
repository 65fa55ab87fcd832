import { useState } from "preact/hooks";
import { Failure } from "../notice";

interface Props {
  name: string;
  label: string; // of which one
  end: () => Promise<unknown>;
  onEnded: () => void;
}

/** Ends something, and says so if it could not. */
export function EndButton({ name, label, end, onEnded }: Props) {
  const [failure, setFailure] = useState<Error>();
  const [going, setGoing] = useState(false);
  const click = () => {
    setGoing(true);
    end().then(onEnded, (error: Error) => {
      setFailure(error);
      setGoing(false);
    });
  };
  return (
    <>
      <button type="button" class="action" disabled={going} aria-label={label} onClick={click}>
        {name}
      </button>
      {failure && <Failure error={failure} />}
    </>
  );
}
