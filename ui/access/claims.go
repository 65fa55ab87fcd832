package access

import (
	"errors"
	"fmt"
	"strings"
)

// maxGroups is how many groups a person may be in; more are refused, since roles could
// be missing without anybody noticing.
const maxGroups = 1000

// checkName tells what keeps a text from being a person's name.
func checkName(name string) error {
	if strings.TrimSpace(name) != name || name == "" {
		return fmt.Errorf("%q is no name", name)
	}
	for kind := range subjects {
		if strings.HasPrefix(name, kind+":") {
			return fmt.Errorf("%q looks like the name of another kind", name)
		}
	}
	return checkText(name)
}

// personOf reads from the claims of an ID token who somebody is. A claim inside
// another is named with a dot, as realm_access.roles.
func personOf(claims map[string]any, nameClaim, groupsClaim string) (Who, error) {
	name, ok := claim(claims, nameClaim).(string)
	if !ok {
		return Who{}, fmt.Errorf("the provider told no claim %q that is a text; access.oidc.username_claim names another", nameClaim)
	}
	if verified, told := claims["email_verified"].(bool); nameClaim == "email" && told && !verified {
		return Who{}, errors.New("the provider has not verified the e-mail address")
	}
	if err := checkName(name); err != nil {
		return Who{}, fmt.Errorf("claim %q: %w", nameClaim, err)
	}
	groups, err := groupsOf(claim(claims, groupsClaim))
	if err != nil {
		return Who{}, fmt.Errorf("claim %q: %w", groupsClaim, err)
	}
	return Who{Kind: Person, Name: name, Groups: groups}, nil
}

// claim finds a claim by its whole name or else by its way.
func claim(claims map[string]any, name string) any {
	if v, ok := claims[name]; ok {
		return v
	}
	first, rest, ok := strings.Cut(name, ".")
	inner, object := claims[first].(map[string]any)
	if !ok || !object {
		return nil
	}
	return claim(inner, rest)
}

func groupsOf(v any) ([]string, error) {
	var list []any
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		list = []any{v}
	case []any:
		list = v
	default:
		return nil, fmt.Errorf("want a list of names, got %T", v)
	}
	if len(list) > maxGroups {
		return nil, fmt.Errorf("somebody may be in up to %d groups, this one is in %d", maxGroups, len(list))
	}
	groups := make([]string, len(list))
	for i, v := range list {
		name, ok := v.(string)
		if !ok || checkText(name) != nil {
			return nil, fmt.Errorf("%v is not the name of a group", v)
		}
		groups[i] = name
	}
	return groups, nil
}
