import { ChoiceField, TextField } from "../changes/form";
import { SendForm } from "../sendform";

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  value?: string;
  needed?: boolean;
  choices?: [value: string, label: string][]; // one of these in place of a text
}

interface Props {
  about: string;
  fields: FieldProps[];
  action: string;
  onSend: (values: Record<string, string>) => Promise<void>;
  onCancel: () => void;
}

/** A few fields that are sent; Esc leaves it. */
export const AskForm = ({ fields, action, ...rest }: Props) => (
  <SendForm {...rest} buttons={[{ label: action }]}>
    {fields.map(({ choices, ...field }) =>
      choices ? (
        <ChoiceField key={field.name} {...field} choices={choices} />
      ) : (
        <TextField key={field.name} maxLength={500} {...field} />
      ),
    )}
  </SendForm>
);
