package document

import (
	"cmp"
	"slices"
	"strings"

	"headroom/scaler/flow/tool"
)

// Masked is what a secret value is shown as.
const Masked = "***"

// minSecret is how long a text must be to be looked for in other texts: that of a
// shorter one would mask half of a log.
const minSecret = 4

// Secrets are the texts of a run's secret inputs, the longest first.
func (f *Flow) Secrets(inputs map[string]any) []string {
	var secrets []string
	for i := range f.Inputs {
		if f.Inputs[i].Secret {
			secrets = texts(secrets, inputs[f.Inputs[i].Name])
		}
	}
	return longest(secrets)
}

// SecretsOf are the texts of a tool's secret inputs, the longest first.
func SecretsOf(desc tool.Description, inputs map[string]any) []string {
	var secrets []string
	for _, p := range desc.Inputs {
		if p.Secret {
			secrets = texts(secrets, inputs[p.Name])
		}
	}
	return longest(secrets)
}

func texts(all []string, v any) []string {
	switch v := v.(type) {
	case string:
		if len(v) >= minSecret {
			all = append(all, v)
		}
	case []any:
		for _, e := range v {
			all = texts(all, e)
		}
	case map[string]any:
		for _, e := range v {
			all = texts(all, e)
		}
	}
	return all
}

// longest puts a secret that holds another one before it, so that nothing of it stays.
func longest(secrets []string) []string {
	slices.SortFunc(secrets, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(secrets)
}

// Mask returns a run's inputs as they are shown.
func (f *Flow) Mask(inputs map[string]any) map[string]any {
	secret := map[string]bool{}
	for i := range f.Inputs {
		secret[f.Inputs[i].Name] = f.Inputs[i].Secret
	}
	return mask(inputs, secret, f.Secrets(inputs))
}

// MaskCall returns a tool's inputs as they are shown: without the secret ones, and
// without the texts of secrets in the others.
func MaskCall(desc tool.Description, inputs map[string]any, secrets []string) map[string]any {
	return mask(inputs, secretNames(desc.Inputs), secrets)
}

// MaskOutputs is MaskCall for a tool's outputs.
func MaskOutputs(desc tool.Description, outputs map[string]any, secrets []string) map[string]any {
	return mask(outputs, secretNames(desc.Outputs), secrets)
}

func secretNames(all []tool.Parameter) map[string]bool {
	secret := map[string]bool{}
	for _, p := range all {
		secret[p.Name] = p.Secret
	}
	return secret
}

func mask(values map[string]any, secret map[string]bool, secrets []string) map[string]any {
	shown := make(map[string]any, len(values))
	for name, v := range values {
		if secret[name] {
			shown[name] = Masked
		} else {
			shown[name] = maskValue(v, secrets)
		}
	}
	return shown
}

func maskValue(v any, secrets []string) any {
	switch v := v.(type) {
	case string:
		return MaskText(v, secrets)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = maskValue(v[i], secrets)
		}
		return list
	case map[string]any:
		return mask(v, nil, secrets)
	}
	return v
}

// MaskText takes secrets out of a text.
func MaskText(text string, secrets []string) string {
	for _, s := range secrets {
		text = strings.ReplaceAll(text, s, Masked)
	}
	return text
}
