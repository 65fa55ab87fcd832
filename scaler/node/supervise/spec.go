package supervise

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"headroom/scaler/node/shim"
	"headroom/scaler/node/wire"
)

// specOf fills in the placeholders.
func specOf(node string, w wire.Worker, service *wire.Service) shim.Spec {
	fill := strings.NewReplacer(
		"{port}", strconv.Itoa(w.Port), "{worker}", w.ID, "{node}", node,
		"{proxy}", w.Proxy, "{module}", service.Module,
	).Replace
	spec := shim.Spec{
		Dir: fill(service.Dir), User: service.User, Group: service.Group,
		Mounts: service.Mounts, Files: service.Limits.Files, Env: map[string]string{},
	}
	for _, part := range service.Command {
		spec.Command = append(spec.Command, fill(part))
	}
	for name, value := range service.Env {
		spec.Env[name] = fill(value)
	}
	return spec
}

// hashOf is over all that a process is made of, and how often a restart was asked
// for. What can be changed while it runs - limits, health check, times - is left out.
func hashOf(node string, w wire.Worker, service *wire.Service) string {
	text, _ := json.Marshal(struct { // of strings and numbers only: it cannot fail
		wire.Worker
		Spec shim.Spec
	}{w, specOf(node, w, service)})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}
