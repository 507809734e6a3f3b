import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Prints the names of settings that Hadoop, Kafka and Spark themselves hold for credentials. */
public final class CredentialNames {
    private static final String[] KAFKA = {"producer.ProducerConfig", "consumer.ConsumerConfig"};

    public static void main(String[] arguments) throws Exception {
        var hadoop = Class.forName("org.apache.hadoop.conf.Configuration");
        var configuration = hadoop.getConstructor().newInstance();
        var listed = (String) hadoop.getMethod("get", String.class)
            .invoke(configuration, "hadoop.security.sensitive-config-keys");
        for (String pattern : listed.split("[,\\s]+")) {
            if (!pattern.isBlank()) {
                System.out.println("hadoop\t" + pattern);
            }
        }
        var names = new TreeSet<String>();
        for (String name : KAFKA) {
            names.addAll(kafka("org.apache.kafka.clients." + name));
        }
        names.forEach(name -> System.out.println("kafka\t" + name));
        var spark = Class.forName("org.apache.spark.internal.config.package$");
        var module = spark.getField("MODULE$").get(null);
        var entry = spark.getMethod("SECRET_REDACTION_PATTERN").invoke(module);
        System.out.println("spark\t" + entry.getClass().getMethod("defaultValueString").invoke(entry));
    }

    private static List<String> kafka(String name) throws Exception {
        var found = new ArrayList<String>();
        var definition = Class.forName(name).getMethod("configDef").invoke(null);
        var keys = (java.util.Map<?, ?>) definition.getClass().getMethod("configKeys").invoke(definition);
        for (Object key : keys.values()) {
            Field type = key.getClass().getField("type");
            if (type.get(key).toString().equals("PASSWORD")) {
                found.add((String) key.getClass().getField("name").get(key));
            }
        }
        return found;
    }
}
