package task

import (
	"encoding/json"
	"net/http"
	"time"
)

// Handler sends files to nodes.
type Handler struct {
	Dispatcher *Dispatcher
	Files      *Files
	Check      func(r *http.Request, node string) error // tells why a request may not speak for a node
}

// Serve answers GET /api/v1/nodes/{node}/files/{sha256}: a file that a task asks the
// node for, as a whole or in a range. Any other is not found, whether there is one or not.
func (h *Handler) Serve(w http.ResponseWriter, r *http.Request, node, sum string) {
	if err := h.Check(r, node); err != nil {
		h.fail(w, http.StatusUnauthorized, "unauthorized", err.Error())
		return
	}
	if !h.Dispatcher.asksFor(node, sum) {
		h.fail(w, http.StatusNotFound, "not_found", "no task of this node has such a file")
		return
	}
	in, err := h.Files.open(sum)
	if err != nil {
		h.fail(w, http.StatusNotFound, "not_found", "the file is not there any more, or has changed")
		return
	}
	defer in.Close()
	h.Dispatcher.metrics.files.WithLabelValues("sent").Inc()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("ETag", `"`+sum+`"`)
	http.ServeContent(w, r, "", time.Time{}, in)
}

func (h *Handler) fail(w http.ResponseWriter, code int, kind, why string) {
	h.Dispatcher.metrics.files.WithLabelValues("refused").Inc()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": "error", "errorType": kind, "error": why}) // who asked is gone
}
