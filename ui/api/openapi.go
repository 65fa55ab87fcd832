package api

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"
	"go.yaml.in/yaml/v3"
)

//go:embed openapi.yaml
var openAPIText []byte

// openAPIJSON is the contract as programs read it.
var openAPIJSON = sync.OnceValue(func() []byte {
	var doc map[string]any
	if err := yaml.Unmarshal(openAPIText, &doc); err != nil {
		panic("BUG: openapi.yaml: " + err.Error())
	}
	b, err := json.Marshal(doc)
	if err != nil {
		panic("BUG: openapi.yaml: " + err.Error())
	}
	return b
})

func openAPI(c *gin.Context) { write(c, http.StatusOK, contentJSON, openAPIJSON()) }
