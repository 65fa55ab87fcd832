package keda

import (
	"os"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The trigger that we hand out works as it is.
func TestTriggerOfTheExample(t *testing.T) {
	text, err := os.ReadFile("../../deploy/keda/external.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var object struct {
		Spec struct {
			Triggers []struct {
				Type     string
				Metadata map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(text, &object); err != nil {
		t.Fatal(err)
	}
	var pairs []string
	for key, value := range object.Spec.Triggers[0].Metadata {
		pairs = append(pairs, key, value)
	}
	c := dial(t, serve(t, Options{Scales: newBoard(wants(12))}).addr, nil)
	spec := c.must("GetMetricSpec", ref(pairs...), "GetMetricSpecResponse").only(t, "metricSpecs")
	value := c.must("GetMetrics", metricsOf(ref(pairs...)), "GetMetricsResponse").only(t, "metricValues")
	if spec.get("targetSize") != int64(1) || value.get("metricValue") != int64(12) {
		t.Errorf("spec %v and value %v; want 12 workers at one a pod", spec, value)
	}
	if object.Spec.Triggers[0].Type != "external-push" {
		t.Errorf("the trigger is %s; want external-push, which listens", object.Spec.Triggers[0].Type)
	}
}
