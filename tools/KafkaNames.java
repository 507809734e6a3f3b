import java.util.Map;
import java.util.TreeSet;

/** Prints the names of all settings that Kafka's clients have. */
public final class KafkaNames {
    private static final String[] CLIENTS = {
        "producer.ProducerConfig", "consumer.ConsumerConfig", "admin.AdminClientConfig"
    };

    public static void main(String[] arguments) throws Exception {
        var names = new TreeSet<String>();
        for (String client : CLIENTS) {
            var type = Class.forName("org.apache.kafka.clients." + client);
            var definition = type.getMethod("configDef").invoke(null);
            var keys = definition.getClass().getMethod("configKeys").invoke(definition);
            ((Map<?, ?>) keys).keySet().forEach(name -> names.add((String) name));
        }
        names.forEach(name -> System.out.println("kafka\t" + name));
    }
}
